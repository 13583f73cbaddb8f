"""Subjects of tickets, mails and events."""

SENTENCES = """
Problem with my |thing|
Where is my |thing|?
Question about the |thing|
Re: |thing|
Cannot open the |thing|
Change of |thing|
Cancel |thing|
Urgent: |thing|
Missing |thing|
Wrong |thing|
Second reminder: |thing|
Charged twice for |thing|
Delivery expected |when|
Complaint about |team|
Request to |team|
Waiting for |number| days
Login fails |when|
Feedback on |thing|
Refund for |thing|
Error |number| on the website
Call me back |when|
Update of |thing|
New |thing| needed
Damaged |thing|
Appointment |when|
"""
