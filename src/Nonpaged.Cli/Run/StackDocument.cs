namespace Nonpaged.Cli;

/// <summary>A driver of a stack, as JSON.</summary>
/// <param name="Driver">Its name.</param>
/// <param name="Kind">"protocol", "intermediate" or "miniport".</param>
/// <param name="Adapters">The adapters that are its own.</param>
/// <param name="Over">The adapters that it has open; of a miniport, its devices.</param>
internal sealed record StackDocument(
    string Driver, string Kind, IReadOnlyList<string> Adapters, IReadOnlyList<string> Over);
