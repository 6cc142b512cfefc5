namespace Nonpaged.Cli;

/// <summary>What <c>bind --json</c> and <c>unbind --json</c> print.</summary>
internal sealed record BindingsDocument(IReadOnlyList<BindingDocument> Devices, FailureDocument? Failure);

/// <summary>A device that was given to another driver; null for none.</summary>
internal sealed record BindingDocument(string Address, string? Before, string? Driver, int? Group);
