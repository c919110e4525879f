//! Floor 7: records and figures as a page.
