//! What every store must do, whatever keeps it: functions over the traits, run by the tests of each implementation.
