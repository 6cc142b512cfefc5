namespace Nonpaged.Cli;

/// <summary>How the process that ran a C driver ended.</summary>
/// <param name="ExitCode">Its exit code, where it ended by itself.</param>
/// <param name="Crash">How it crashed; null where it did not.</param>
internal sealed record DriverHostResult(int ExitCode, CrashDocument? Crash);
