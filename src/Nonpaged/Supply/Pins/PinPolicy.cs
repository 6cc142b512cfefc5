using System.Globalization;

namespace Nonpaged;

/// <summary>
/// Which kinds of pin a pool may use, and for how many bytes in the whole process: what its options allow, less what the operator
/// forbids in the environment. References in pipes pass RLIMIT_MEMLOCK by, so an operator needs another word than that limit:
/// NONPAGED_PINS=io_uring,pipe=256M.
/// </summary>
internal sealed class PinPolicy
{
    public const string Variable = "NONPAGED_PINS";

    private static long s_ringBytes;
    private static long s_pipeBytes;

    private readonly Dictionary<PinKind, ulong> _caps = [];
    private readonly string? _unknown;
    private readonly string? _text;

    public PinPolicy(IReadOnlyList<PinKind> kinds)
        : this(kinds, Environment.GetEnvironmentVariable(Variable))
    {
    }

    internal PinPolicy(IReadOnlyList<PinKind> kinds, string? text)
    {
        if (kinds.Any(kind => kind is not (PinKind.IoUring or PinKind.Pipe)) || kinds.Distinct().Count() != kinds.Count)
        {
            throw new ArgumentException(
                "NonpagedPoolOptions.Pins may list PinKind.IoUring and PinKind.Pipe, each one once.", nameof(kinds));
        }

        _text = text;
        if (text is null)
        {
            _caps.Add(PinKind.IoUring, ulong.MaxValue);
            _caps.Add(PinKind.Pipe, ulong.MaxValue);
        }
        else
        {
            _unknown = Parse(text);
        }

        Kinds = kinds;
    }

    /// <summary>The kinds that the pool may use, the best one first.</summary>
    public IReadOnlyList<PinKind> Kinds { get; }

    /// <summary>The name of a kind in the environment and in documents.</summary>
    public static string NameOf(PinKind kind) => kind switch
    {
        PinKind.IoUring => "io_uring",
        PinKind.Pipe => "pipe",
        PinKind.Iommu => "iommu",
        PinKind.Fixed => "fixed",
        _ => "none",
    };

    /// <summary>Bytes that this process pinned by a kind, or gave up (negative).</summary>
    public static void Charge(PinKind kind, long bytes) =>
        Interlocked.Add(ref kind == PinKind.Pipe ? ref s_pipeBytes : ref s_ringBytes, bytes);

    /// <summary>Null, or why so many further bytes may not be pinned by a kind.</summary>
    public AllocationFailure? Refuse(PinKind kind, nuint length)
    {
        if (_unknown is not null)
        {
            return PinFailures.UnknownWord(Variable, _text!, _unknown);
        }

        if (!_caps.TryGetValue(kind, out ulong cap))
        {
            return PinFailures.ForbiddenByOperator(Variable, _text!, NameOf(kind));
        }

        ulong pinned = (ulong)Interlocked.Read(ref kind == PinKind.Pipe ? ref s_pipeBytes : ref s_ringBytes);
        return cap == ulong.MaxValue || pinned + length <= cap ? null
            : PinFailures.AtCap(Variable, _text!, NameOf(kind), length, pinned, cap);
    }

    private string? Parse(string text)
    {
        foreach (string word in text.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            string[] parts = word.Split('=');
            PinKind kind = parts[0] switch { "io_uring" => PinKind.IoUring, "pipe" => PinKind.Pipe, _ => PinKind.None };
            ulong? cap = parts.Length == 1 ? ulong.MaxValue : parts.Length == 2 ? Bytes(parts[1]) : null;
            if (kind == PinKind.None || cap is null || !_caps.TryAdd(kind, cap.Value)) return word;
        }

        return null;
    }

    private static ulong? Bytes(string text)
    {
        int shift = text.Length == 0 ? 0 : char.ToUpperInvariant(text[^1]) switch { 'K' => 10, 'M' => 20, 'G' => 30, _ => 0 };
        bool isNumber = ulong.TryParse(
            shift == 0 ? text : text[..^1], NumberStyles.None, CultureInfo.InvariantCulture, out ulong number);
        return isNumber && number <= ulong.MaxValue >> shift >> 1 ? number << shift : null;
    }
}
