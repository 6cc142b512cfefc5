namespace Nonpaged.Cli;

/// <summary>One thing that was looked at.</summary>
/// <param name="Name">What was looked at.</param>
/// <param name="Status">How it came out.</param>
/// <param name="Required">What has to be there, and what for.</param>
/// <param name="Found">What is there, with its values.</param>
/// <param name="Meaning">What that means for memory here.</param>
/// <param name="Remedy">A command that improves it, or a line for a container's manifest, to be pasted;
/// null where there is none.</param>
internal sealed record Check(
    string Name, CheckStatus Status, string Required, string Found, string Meaning, string? Remedy = null);
