"""Calendars: read, replaced, described, grown and compared so that a free slot is as hard to find as it was.

Calendars are three tables (`tables.py`):

calendars    calendar_id, owner, time_zone; without a zone it is known from invitations only
events       event_id, uid, organiser -> calendars, title, starts, ends, time_zone, all_day, priority, status,
             transparent, rule, recurrence_id
attendances  event_id -> events, calendar_id -> calendars, response, required

All times are UTC. `time_zone` is where the event's clock stands: a series repeats by it; without one the
times float, as those of whole days do, and are read as if UTC were meant. `rule` is an RRULE without its
name. One occurrence of a series that differs is a row of its own with the same uid, whose `recurrence_id` is
when the occurrence would have started; one that was taken out (EXDATE) is such a row with the status
`cancelled`.
`priority` is that of RFC 5545: 1 the highest, 9 the lowest, 0 unknown. Everyone whose time an event takes has
an attendance, the organiser too.
"""
