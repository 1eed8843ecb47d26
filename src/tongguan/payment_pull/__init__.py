"""The customs side of the real-time payment pull (announcements 165 and 179 of 2018): ask platforms, take uploads.

What is concluded from an upload is ``clearance.payment_pull``; here are the ways in and out.
"""
