"""Does every genuine message get one answer, in order, whatever providers and strangers do?"""
