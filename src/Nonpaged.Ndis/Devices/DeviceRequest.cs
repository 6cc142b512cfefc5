namespace Nonpaged.Ndis;

/// <summary>What a driver says of a device that it makes.</summary>
internal sealed unsafe class DeviceRequest
{
    public required Driver Driver { get; init; }

    public required DRIVER_OBJECT* DriverObject { get; init; }

    /// <summary>The call that makes it.</summary>
    public required string Call { get; init; }

    /// <summary>As the driver writes it; null for none.</summary>
    public string? Name { get; init; }

    /// <summary>The symbolic link that comes and goes with it; null for none.</summary>
    public string? Link { get; init; }

    /// <summary>In bytes.</summary>
    public uint ExtensionLength { get; init; }

    /// <summary>FILE_DEVICE_...</summary>
    public uint Type { get; init; }

    public uint Characteristics { get; init; }

    public uint Flags { get; init; }

    /// <summary>Its own dispatch functions; null for those of the driver object.</summary>
    public nint[]? Functions { get; init; }
}
