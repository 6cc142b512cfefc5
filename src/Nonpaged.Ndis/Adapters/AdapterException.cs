namespace Nonpaged.Ndis;

/// <summary>
/// An adapter could not be started. The message says which driver, its status, and every reason that was logged.
/// </summary>
public sealed class AdapterException : Exception
{
    /// <summary>Creates the exception.</summary>
    public AdapterException(string message, NDIS_STATUS status, IReadOnlyList<string> reasons)
        : base(reasons is { Count: > 0 } ? $"{message} {string.Join(' ', reasons)}" : message)
    {
        Status = status;
        Reasons = reasons ?? [];
    }

    /// <summary>What the driver returned.</summary>
    public NDIS_STATUS Status { get; }

    /// <summary>What was logged while it started: failed calls with their reason, limit and remedy, and reports.</summary>
    public IReadOnlyList<string> Reasons { get; }
}
