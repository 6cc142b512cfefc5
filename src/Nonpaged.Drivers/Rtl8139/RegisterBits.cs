namespace Nonpaged.Drivers.Rtl8139;

/// <summary>Bits of the registers, by register and name; sections as at <see cref="Register"/>.</summary>
internal static class RegisterBits
{
    /// <summary>The descriptor's DMA is done: the device does not need the buffer any more.</summary>
    public const uint TSD_OWN = 1u << 13;

    /// <summary>The transmit FIFO ran empty.</summary>
    public const uint TSD_TUN = 1u << 14;

    /// <summary>Sent.</summary>
    public const uint TSD_TOK = 1u << 15;

    /// <summary>Aborted.</summary>
    public const uint TSD_TABT = 1u << 30;

    /// <summary>The early transmit threshold in units of 32 bytes, bits 21:16; 8 is 256 bytes.</summary>
    public const uint TSD_ERTXTH = 8u << 16;

    /// <summary>The receive buffer is empty.</summary>
    public const byte CR_BUFE = 1 << 0;

    /// <summary>Transmitter enable.</summary>
    public const byte CR_TE = 1 << 2;

    /// <summary>Receiver enable.</summary>
    public const byte CR_RE = 1 << 3;

    /// <summary>Reset; clears itself.</summary>
    public const byte CR_RST = 1 << 4;

    /// <summary>Received.</summary>
    public const ushort ISR_ROK = 1 << 0;

    /// <summary>Received with an error.</summary>
    public const ushort ISR_RER = 1 << 1;

    /// <summary>Sent.</summary>
    public const ushort ISR_TOK = 1 << 2;

    /// <summary>Failed to be sent.</summary>
    public const ushort ISR_TER = 1 << 3;

    /// <summary>The receive buffer is full.</summary>
    public const ushort ISR_RXOVW = 1 << 4;

    /// <summary>The link changed, or a packet underran.</summary>
    public const ushort ISR_PUN = 1 << 5;

    /// <summary>The receive FIFO is full.</summary>
    public const ushort ISR_FOVW = 1 << 6;

    /// <summary>Interframe gap of IEEE 802.3, bits 25:24, and the largest DMA burst of 2048 bytes, bits 10:8.</summary>
    public const uint TCR_NORMAL = (3u << 24) | (7u << 8);

    /// <summary>Clear abort: sends the aborted frame again.</summary>
    public const uint TCR_CLRABT = 1u << 0;

    /// <summary>All frames.</summary>
    public const uint RCR_AAP = 1u << 0;

    /// <summary>Frames to the adapter's address.</summary>
    public const uint RCR_APM = 1u << 1;

    /// <summary>Multicast frames that pass the filter.</summary>
    public const uint RCR_AM = 1u << 2;

    /// <summary>Broadcast frames.</summary>
    public const uint RCR_AB = 1u << 3;

    /// <summary>Unlimited DMA bursts, bits 10:8, and no receive threshold, bits 15:13: whole frames at once.</summary>
    public const uint RCR_WHOLE_FRAMES = (7u << 8) | (7u << 13);

    /// <summary>
    /// The receive buffer's length, bits 12:11: 8, 16, 32 or 64 KiB, and 16 bytes. WRAP is clear: frames wrap around.
    /// </summary>
    public const int RCR_RBLEN_SHIFT = 11;

    /// <summary>Configuration registers can be written.</summary>
    public const byte CR9346_UNLOCKED = 0xC0;

    public const byte CR9346_LOCKED = 0x00;

    /// <summary>Inverse of link up.</summary>
    public const byte MSR_LINKB = 1 << 2;

    /// <summary>10 Mbit/s; else 100.</summary>
    public const byte MSR_SPEED_10 = 1 << 3;
}
