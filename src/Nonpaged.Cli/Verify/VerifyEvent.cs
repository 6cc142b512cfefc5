using System.Text.Json;
using System.Text.Json.Serialization;
using Nonpaged.Ndis;
using Nonpaged.Verify;

namespace Nonpaged.Cli;

/// <summary>
/// A line that the process of a run writes for the one that watches it, as something happens: so what a driver did is known also
/// where it takes its process with it.
/// </summary>
internal sealed record VerifyEvent
{
    /// <summary>In seconds from the run's start.</summary>
    public double At { get; init; }

    public string? Step { get; init; }

    public VerifyFinding? Finding { get; init; }

    public VerifyEventBlock? Block { get; init; }

    /// <summary>The last one.</summary>
    public VerifyOutcome? Outcome { get; init; }

    /// <summary>The run could not be done.</summary>
    public FailureDocument? Failure { get; init; }
}

/// <summary>A block that was handed out, or freed.</summary>
internal sealed record VerifyEventBlock(
    ulong Address, ulong Length, string Call, string Driver, IReadOnlyList<CodePlace> Stack, bool IsFreed);

/// <summary>How these lines, and the runs that are asked for, are written.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(VerifyEvent))]
[JsonSerializable(typeof(VerifyRun))]
internal sealed partial class VerifyEventJson : JsonSerializerContext
{
    public static string Write(VerifyRun run) => JsonSerializer.Serialize(run, Default.VerifyRun);

    public static VerifyRun? ReadRun(string text) => JsonSerializer.Deserialize(text, Default.VerifyRun);

    public static byte[] Write(VerifyEvent one) => JsonSerializer.SerializeToUtf8Bytes(one, Default.VerifyEvent);

    /// <summary>Null for a line that is not whole: the process ended within it.</summary>
    public static VerifyEvent? Read(ReadOnlySpan<byte> line)
    {
        try
        {
            return JsonSerializer.Deserialize(line, Default.VerifyEvent);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
