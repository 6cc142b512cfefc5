using System.Text;
using Microsoft.Win32.SafeHandles;
using Nonpaged.Interop;

namespace Nonpaged.Machines.Vfio;

/// <summary>
/// What the kernel writes to its log of accesses that an IOMMU refused a device (Documentation/ABI/testing/dev-kmsg), from the
/// moment of opening on. VFIO itself does not tell of them.
/// </summary>
internal sealed class IommuFaultLog : IDisposable
{
    private const int LongestRecord = 8192;

    private readonly IReadOnlyList<string> _addresses;

    private IommuFaultLog(SafeFileHandle file, IReadOnlyList<string> addresses)
    {
        File = file;
        _addresses = addresses;
    }

    /// <summary>Readable when there are new records.</summary>
    public SafeFileHandle File { get; }

    /// <summary>Null where the log may not be read (kernel.dmesg_restrict).</summary>
    public static IommuFaultLog? TryOpen(IReadOnlyList<string> addresses)
    {
        SysResult opened = LibC.OpenForPolling("/dev/kmsg", out SafeFileHandle file);
        if (!opened.IsError && !LibC.LSeekToEnd(file).IsError) return new IommuFaultLog(file, addresses);
        file.Dispose();
        return null;
    }

    /// <summary>The faults of these devices since the last look.</summary>
    public IReadOnlyList<string> Take()
    {
        var faults = new List<string>();
        byte[] record = new byte[LongestRecord];
        while (!File.IsClosed)
        {
            SysResult read = LibC.Read(File, record);
            // Records were overwritten before they were read: it goes on with the oldest that is there.
            if (read.Errno is Errno.EPIPE or Errno.EINTR) continue;
            if (read.Value <= 0) break;
            if (Parse(Encoding.UTF8.GetString(record, 0, (int)read.Value)) is { } fault) faults.Add(fault);
        }

        return faults;
    }

    public void Dispose() => File.Dispose();

    private string? Parse(string record)
    {
        // "4,1234,5678901,-;DMAR: [DMA Read NO_PASID] Request device [00:04.0] fault addr 0xdead0000 [fault reason 0x06] PTE Read
        // access is not set", and with lines that begin with a space what the device is.
        int text = record.IndexOf(';', StringComparison.Ordinal);
        if (text < 0) return null;
        string message = record[(text + 1)..].Split('\n')[0];
        return _addresses.Any(address => IsFaultOf(message, address)) ? message : null;
    }

    /// <summary>Intel's and AMD's messages (drivers/iommu/intel/dmar.c, drivers/iommu/amd/iommu.c).</summary>
    internal static bool IsFaultOf(string message, string address)
    {
        string withoutDomain = address[(address.IndexOf(':', StringComparison.Ordinal) + 1)..];
        bool isIntel = message.Contains("DMAR", StringComparison.Ordinal)
            && message.Contains($"device [{withoutDomain}]", StringComparison.Ordinal);
        return isIntel || (message.Contains("IO_PAGE_FAULT", StringComparison.Ordinal)
            && message.Contains(address, StringComparison.Ordinal));
    }
}
