"""Which sentence and which table of a page quotes which saved number: one file for each page.

A quote is a template (``results.template``): words as they stand on the page, and in braces what to
look up in the saved results (``results.values``).
"""
