using System.Runtime.InteropServices;

namespace Nonpaged.Drivers.Rtl8139;

/// <summary>
/// What the device writes before each frame in the receive buffer (data sheet, section 6.1). Aligned to 4 bytes.
/// </summary>
[StructLayout(LayoutKind.Sequential)]
internal struct ReceiveHeader
{
    /// <summary>Status: received whole.</summary>
    public const ushort ROK = 1 << 0;

    /// <summary>Status: frame alignment error.</summary>
    public const ushort FAE = 1 << 1;

    /// <summary>A length that says that the frame is still being copied.</summary>
    public const ushort StillCopying = 0xfff0;

    /// <summary>The bytes of the check sequence behind a frame, which Length counts.</summary>
    public const uint CheckSequence = 4;

    public ushort Status;
    public ushort Length;
}
