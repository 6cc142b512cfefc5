namespace Nonpaged.Machines.Pci;

/// <summary>Offsets in the configuration space of an ordinary function (PCI Local Bus 3.0, section 6.1, figure 6-1).</summary>
internal static class PciRegister
{
    public const int VendorId = 0x00;
    public const int DeviceId = 0x02;
    public const int Command = 0x04;
    public const int Status = 0x06;
    public const int HeaderType = 0x0e;
    public const int BaseAddress0 = 0x10;
    public const int InterruptLine = 0x3c;
    public const int InterruptPin = 0x3d;

    /// <summary>Command: the function answers at its I/O ports.</summary>
    public const ushort CommandIoSpace = 0x1;

    /// <summary>Command: the function answers at its memory addresses.</summary>
    public const ushort CommandMemorySpace = 0x2;

    /// <summary>Command: the function may access memory by itself.</summary>
    public const ushort CommandBusMaster = 0x4;

    /// <summary>Command: the function does not raise its INTx line.</summary>
    public const ushort CommandInterruptDisable = 0x400;

    /// <summary>Status: the function raises its INTx line, or would if it were not disabled.</summary>
    public const ushort StatusInterrupt = 0x8;

    /// <summary>What the vendor identifier reads as where there is no function.</summary>
    public const ushort NoVendor = 0xffff;
}
