using Xunit.Sdk;
using Xunit.v3;

// Each test runs machines on both processors.
[assembly: Parallelization(Mode = ParallelMode.None)]
