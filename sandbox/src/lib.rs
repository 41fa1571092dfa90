//! An upstream to run: answers as the public services do, with made-up data and scripted faults.
