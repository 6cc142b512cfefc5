using Xunit.Sdk;
using Xunit.v3;

// Machines are processes, and some tests count this process's descriptors: one test at a time.
[assembly: Parallelization(Mode = ParallelMode.None)]
