using Nonpaged.Xdp;

namespace Nonpaged.Cli;

/// <summary>Why something failed, as JSON.</summary>
internal sealed record FailureDocument(string Kind, int? Errno, string Reason, long? LimitValue, string Limit, string Remedy)
{
    public static FailureDocument? From(AllocationFailure? failure) => failure is null
        ? null
        : new FailureDocument(
            KindName($"{failure.Kind}"), failure.Errno == 0 ? null
                : failure.Errno, failure.Reason, failure.LimitValue, failure.Limit, failure.Remedy);

    public static FailureDocument From(XdpFailure failure) => new(
        KindName($"{failure.Kind}"), failure.Errno == 0 ? null : failure.Errno, failure.Reason, null, failure.Limit,
        failure.Remedy);

    // "memory-lock", as options and other values of the command line are written.
    private static string KindName(string kind) =>
        string.Concat(kind.Select((letter, index) =>
            char.IsUpper(letter) && index > 0 ? $"-{char.ToLowerInvariant(letter)}" : $"{char.ToLowerInvariant(letter)}"));
}
