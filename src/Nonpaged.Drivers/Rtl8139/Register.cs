namespace Nonpaged.Drivers.Rtl8139;

/// <summary>
/// Registers of the RTL8139C+, by their offset in the I/O ports. Names and order: Realtek, RTL8139C(L)+ data sheet, section 6.
/// </summary>
internal static class Register
{
    /// <summary>The address: six bytes, written in words of 32 bits.</summary>
    public const uint IDR0 = 0x00;

    /// <summary>Multicast filter: 64 bits, written in words of 32 bits.</summary>
    public const uint MAR0 = 0x08;

    /// <summary>Transmit status of descriptor 0; those of 1 to 3 follow. 6.3.</summary>
    public const uint TSD0 = 0x10;

    /// <summary>Transmit start address of descriptor 0; those of 1 to 3 follow.</summary>
    public const uint TSAD0 = 0x20;

    /// <summary>Receive buffer start address.</summary>
    public const uint RBSTART = 0x30;

    /// <summary>Command. 6.6.</summary>
    public const uint CR = 0x37;

    /// <summary>Current address of packet read: where the driver is in the receive buffer, less 16.</summary>
    public const uint CAPR = 0x38;

    /// <summary>Interrupt mask. 6.7.</summary>
    public const uint IMR = 0x3C;

    /// <summary>Interrupt status; a 1 written clears. 6.8.</summary>
    public const uint ISR = 0x3E;

    /// <summary>Transmit configuration. 6.9.</summary>
    public const uint TCR = 0x40;

    /// <summary>Receive configuration. 6.10.</summary>
    public const uint RCR = 0x44;

    /// <summary>Missed packet counter, 24 bits; a write clears.</summary>
    public const uint MPC = 0x4C;

    /// <summary>9346 command: unlocks the configuration registers. 6.11.</summary>
    public const uint CR9346 = 0x50;

    /// <summary>Media status. 6.18.</summary>
    public const uint MSR = 0x58;
}
