"""What people write into a field for notes."""

SENTENCES = """
Called |when| about an open matter.
Asked for a copy of the |thing|.
Prefers to be contacted |way|.
Customer was |how| and wants a reply soon.
Passed on to |team| for a decision.
The |thing| did not arrive.
Waiting for the |thing| to be confirmed.
Sent a reminder |when|.
Wants to cancel the |thing|.
Says the |thing| was charged twice.
Agreed to pay |when|.
No answer |when|, left a message.
Discount of |number| percent promised.
Moved recently, new |thing| needed.
Verified identity |way|.
Complained |way| about the delay.
The |thing| was sent back damaged.
Needs the |thing| before the end of the month.
Has been waiting for |number| days.
Reported |way| that the login fails.
Please do not call |when|.
Spouse handles the |thing|.
Refund approved by |team|.
Double entry suspected, see other record; told |team|.
Account reviewed |when|.
Complaint closed, customer |how|.
Asked whether the |thing| can be changed.
Offer for |number| seats is out.
Contract runs for another |number| months.
VIP, treat with care, |how|.
Wrong |thing| on file, corrected.
Second request for the |thing|.
Has a dispute with |team|.
Will come by |when|.
Paid |number| in cash.
Sent the |thing| to the old address.
Wishes no advertising |way|.
Signed the |thing| on the spot.
Was told |when| that it takes a while.
Owes |number| since last quarter.
Record imported, check the |thing|.
Follow up |when|.
Talked to |team|, no result yet.
Missing |thing| noted.
Interested in the new |thing|.
Has asked |number| times already.
Escalated to |team|.
Everything settled |way|.
The |thing| is to be kept until further notice.
Reached only |way|.
"""
