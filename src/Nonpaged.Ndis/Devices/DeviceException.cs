namespace Nonpaged.Ndis;

/// <summary>A driver, or the side that runs it, failed a request to its device.</summary>
public sealed class DeviceException : IOException
{
    /// <summary>A failure with its status.</summary>
    public DeviceException(string message, NTSTATUS status)
        : base(message) => Status = status;

    /// <summary>How the request ended.</summary>
    public NTSTATUS Status { get; }
}
