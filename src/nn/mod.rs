//! Floor 4: layers with an explicit backward pass.
