namespace Nonpaged.Machines.Processes;

/// <summary>What a child process runs.</summary>
/// <param name="Path">The program's file; there is no search for it.</param>
/// <param name="Arguments">Its arguments, without its name.</param>
/// <param name="Environment">Its whole environment, NAME=value each.</param>
internal sealed record ChildProgram(string Path, IReadOnlyList<string> Arguments, IReadOnlyList<string> Environment);
