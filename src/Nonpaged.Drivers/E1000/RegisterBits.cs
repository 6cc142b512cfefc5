namespace Nonpaged.Drivers.E1000;

/// <summary>Bits of the registers, by register and name; sections as at <see cref="Register"/>.</summary>
internal static class RegisterBits
{
    /// <summary>Auto-speed detection.</summary>
    public const uint CTRL_ASDE = 1u << 5;

    /// <summary>Set link up.</summary>
    public const uint CTRL_SLU = 1u << 6;

    /// <summary>Reset; clears itself.</summary>
    public const uint CTRL_RST = 1u << 26;

    /// <summary>Link up.</summary>
    public const uint STATUS_LU = 1u << 1;

    /// <summary>Speed, bits 7:6: 10, 100, 1000 and 1000 Mbit/s.</summary>
    public const int STATUS_SPEED_SHIFT = 6;

    /// <summary>Start the read of a word.</summary>
    public const uint EERD_START = 1u << 0;

    /// <summary>The word is there, in bits 31:16.</summary>
    public const uint EERD_DONE = 1u << 4;

    public const int EERD_ADDR_SHIFT = 8;
    public const int EERD_DATA_SHIFT = 16;

    /// <summary>Transmit descriptor written back.</summary>
    public const uint ICR_TXDW = 1u << 0;

    /// <summary>Link status change.</summary>
    public const uint ICR_LSC = 1u << 2;

    /// <summary>Few receive descriptors are left.</summary>
    public const uint ICR_RXDMT0 = 1u << 4;

    /// <summary>Receiver overrun.</summary>
    public const uint ICR_RXO = 1u << 6;

    /// <summary>Frames were received.</summary>
    public const uint ICR_RXT0 = 1u << 7;

    /// <summary>Receiver enable.</summary>
    public const uint RCTL_EN = 1u << 1;

    /// <summary>All unicast frames.</summary>
    public const uint RCTL_UPE = 1u << 3;

    /// <summary>All multicast frames.</summary>
    public const uint RCTL_MPE = 1u << 4;

    /// <summary>Broadcast frames.</summary>
    public const uint RCTL_BAM = 1u << 15;

    /// <summary>Strip the check sequence. Buffers are of 2048 bytes where BSIZE and BSEX are 0.</summary>
    public const uint RCTL_SECRC = 1u << 26;

    /// <summary>Transmitter enable.</summary>
    public const uint TCTL_EN = 1u << 1;

    /// <summary>Fill up short frames.</summary>
    public const uint TCTL_PSP = 1u << 3;

    /// <summary>Collision threshold 15 and distance 64 bytes: the values for full duplex.</summary>
    public const uint TCTL_CT_COLD = (0x0Fu << 4) | (0x40u << 12);

    /// <summary>IPGT 10, IPGR1 8, IPGR2 6: the values for copper.</summary>
    public const uint TIPG_COPPER = 10u | (8u << 10) | (6u << 20);

    /// <summary>Address valid.</summary>
    public const uint RAH_AV = 1u << 31;
}
