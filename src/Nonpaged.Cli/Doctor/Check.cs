namespace Nonpaged.Cli;

/// <summary>One thing that was looked at.</summary>
/// <param name="Name">What was looked at.</param>
/// <param name="Status">How it came out.</param>
/// <param name="Found">What was found, with its values.</param>
/// <param name="Meaning">What that means for memory here.</param>
/// <param name="Remedy">A command that improves it, to be pasted into a shell; null where there is none to run.</param>
internal sealed record Check(string Name, CheckStatus Status, string Found, string Meaning, string? Remedy = null);
