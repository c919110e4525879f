//! What the processor can do, as values that prove it.
