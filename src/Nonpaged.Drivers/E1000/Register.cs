namespace Nonpaged.Drivers.E1000;

/// <summary>
/// Registers of the 8254x, by their offset in bytes. Names and sections: Intel, PCI/PCI-X Family of Gigabit Ethernet Controllers
/// Software Developer's Manual (317453).
/// </summary>
internal static class Register
{
    /// <summary>Device control, 13.4.1.</summary>
    public const uint CTRL = 0x0000;

    /// <summary>Device status, 13.4.2.</summary>
    public const uint STATUS = 0x0008;

    /// <summary>EEPROM read, 13.4.4.</summary>
    public const uint EERD = 0x0014;

    /// <summary>Interrupt cause read, 13.4.17: a read clears it.</summary>
    public const uint ICR = 0x00C0;

    /// <summary>Interrupt cause set, 13.4.19.</summary>
    public const uint ICS = 0x00C8;

    /// <summary>Interrupt mask set, 13.4.20.</summary>
    public const uint IMS = 0x00D0;

    /// <summary>Interrupt mask clear, 13.4.21.</summary>
    public const uint IMC = 0x00D8;

    /// <summary>Receive control, 13.4.22.</summary>
    public const uint RCTL = 0x0100;

    /// <summary>Transmit control, 13.4.33.</summary>
    public const uint TCTL = 0x0400;

    /// <summary>Transmit inter-packet gap, 13.4.34.</summary>
    public const uint TIPG = 0x0410;

    /// <summary>Receive descriptor ring: base, low and high, 13.4.25 and 13.4.26.</summary>
    public const uint RDBAL = 0x2800;

    public const uint RDBAH = 0x2804;

    /// <summary>Its length in bytes, a multiple of 128, 13.4.27.</summary>
    public const uint RDLEN = 0x2808;

    /// <summary>
    /// Its head, 13.4.28, and its tail, 13.4.29: the device owns the descriptors from head up to tail, tail left out.
    /// </summary>
    public const uint RDH = 0x2810;

    public const uint RDT = 0x2818;

    /// <summary>Receive interrupt delay, 13.4.30.</summary>
    public const uint RDTR = 0x2820;

    /// <summary>Transmit descriptor ring, 13.4.36 to 13.4.40, as above.</summary>
    public const uint TDBAL = 0x3800;

    public const uint TDBAH = 0x3804;

    public const uint TDLEN = 0x3808;

    public const uint TDH = 0x3810;

    public const uint TDT = 0x3818;

    /// <summary>Statistics, 13.7; a read clears them. Frames with a wrong check sequence.</summary>
    public const uint CRCERRS = 0x4000;

    /// <summary>Frames with an alignment error.</summary>
    public const uint ALGNERRC = 0x4004;

    /// <summary>Frames with an error on the wire.</summary>
    public const uint RXERRC = 0x400C;

    /// <summary>Frames missed for want of room in the device.</summary>
    public const uint MPC = 0x4010;

    /// <summary>Frames with a wrong length.</summary>
    public const uint RLEC = 0x4040;

    /// <summary>Multicast table: 128 words of 32 bits, 13.5.1.</summary>
    public const uint MTA = 0x5200;

    /// <summary>Receive address 0, low and high, 13.5.2 and 13.5.3.</summary>
    public const uint RAL0 = 0x5400;

    public const uint RAH0 = 0x5404;
}
