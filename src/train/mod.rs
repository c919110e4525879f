//! Floor 5: optimiser, schedule, epochs, checkpoints.
