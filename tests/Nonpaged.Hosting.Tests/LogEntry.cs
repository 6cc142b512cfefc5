using Microsoft.Extensions.Logging;

namespace Nonpaged.Hosting.Tests;

/// <summary>One line of a log.</summary>
internal sealed record LogEntry(
    string Category, LogLevel Level, EventId Id, string Text, IReadOnlyDictionary<string, object?> Values);
