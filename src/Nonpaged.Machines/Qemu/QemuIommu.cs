using System.Buffers.Binary;
using Microsoft.Win32.SafeHandles;

namespace Nonpaged.Machines.Qemu;

/// <summary>
/// QEMU's IOMMU (-device intel-iommu), which a device reaches RAM through: each address is that of the page itself, where it is
/// allowed. (Intel, "Virtualization Technology for Directed I/O", revision 3.0; QEMU, hw/i386/intel_iommu.c.)
/// </summary>
internal sealed unsafe class QemuIommu : DeviceReach, IDisposable
{
    private const int PageSize = 4096;
    private const ulong PageMask = PageSize - 1;
    private const int Entries = 512;
    private const ulong HugePage = 2 << 20;

    // Section 10.4. The two at the end are where QEMU has them (CAP_REG.FRO, ECAP_REG.IRO).
    private const ulong Base = 0xfed9_0000;
    private const ulong GlobalCommand = Base + 0x18;
    private const ulong GlobalStatus = Base + 0x1c;
    private const ulong RootTable = Base + 0x20;
    private const ulong ContextCommand = Base + 0x28;
    private const ulong FaultStatus = Base + 0x34;
    private const ulong TranslationInvalidate = Base + 0xf8;
    private const ulong FaultRecord = Base + 0x220;

    private const uint EnableTranslation = 1u << 31;
    private const uint SetRootTable = 1u << 30;
    private const uint Invalidate = 1u << 31;
    private const uint GlobalContexts = 1u << 29;
    private const uint GlobalTranslations = 1u << 28;
    private const uint FaultPresent = 1u << 31;
    private const uint FaultWasRead = 1u << 30;
    private const uint FaultOverflow = 1;

    // Sections 9.1, 9.3 and 9.8: present; three levels of tables, 39 bits; read and write.
    private const ulong Present = 1;
    private const ulong ThreeLevels = 1;
    private const ulong FirstDomain = 1 << 8;
    private const ulong ReadWrite = 3;

    private readonly Lock _gate = new();
    private readonly Dictionary<ulong, int> _counts = [];
    private readonly QtestClient _client;
    private readonly NonpagedPool _pool;
    private readonly MemoryBlock _tables;
    private readonly ulong _physical;
    private readonly ulong _ramBytes;

    /// <param name="client">The connection to QEMU.</param>
    /// <param name="ram">The machine's RAM.</param>
    /// <param name="piece">The part of it that the tables lie in, which the machine's pools leave out.</param>
    /// <param name="ramBytes">How much RAM there is, from address 0 on.</param>
    public QemuIommu(QtestClient client, SafeFileHandle ram, MemoryPiece piece, ulong ramBytes)
    {
        _client = client;
        _ramBytes = ramBytes;
        _pool = NonpagedPool.Over(ram, [piece], new NonpagedPoolOptions { Name = "iommu" });
        _tables = _pool.Allocate(new MemoryRequest((nuint)TablesOf(ramBytes) * PageSize) { Contiguous = true, Zeroed = true });
        _physical = _tables.PhysicalAddress!.Value.Value;
        WriteTables();
        Start();
    }

    /// <summary>
    /// How many pages the tables take: roots, contexts, one of the first level, one a GiB, and one for each 2 MiB.
    /// </summary>
    public static int TablesOf(ulong ramBytes) => 4 + (int)((ramBytes + HugePage - 1) / HugePage);

    public override void Allow(PhysicalAddress start, nuint length)
    {
        lock (_gate)
        {
            foreach (ulong page in PagesOf(start, length))
            {
                int count = _counts.GetValueOrDefault(page);
                _counts[page] = count + 1;
                // What was absent is not in the IOMMU's cache (section 6.1, caching mode 0).
                if (count == 0) Write(LastLevel(page), (int)(page / PageSize % Entries), page | ReadWrite);
            }
        }
    }

    public override void Deny(PhysicalAddress start, nuint length)
    {
        lock (_gate)
        {
            bool isAny = false;
            foreach (ulong page in PagesOf(start, length))
            {
                if (!_counts.TryGetValue(page, out int count)) continue;
                if (count > 1)
                {
                    _counts[page] = count - 1;
                    continue;
                }

                _counts.Remove(page);
                Write(LastLevel(page), (int)(page / PageSize % Entries), 0);
                isAny = true;
            }

            if (isAny) Ask(TranslationInvalidate + 4, Invalidate | GlobalTranslations, Invalidate, 0);
        }
    }

    public override DmaFault? TakeFault()
    {
        lock (_gate)
        {
            uint high = (uint)_client.Read("readl"u8, FaultRecord + 12);
            // All ones where the machine is gone.
            if ((high & FaultPresent) == 0 || high == uint.MaxValue) return null;
            ulong page = (_client.Read("readl"u8, FaultRecord) & ~PageMask) | (_client.Read("readl"u8, FaultRecord + 4) << 32);
            _client.Post("writel"u8, FaultRecord + 12, FaultPresent);
            _client.Post("writel"u8, FaultStatus, FaultOverflow);
            return new DmaFault(new PhysicalAddress(page), (high & FaultWasRead) == 0);
        }
    }

    public void Dispose()
    {
        _tables.Dispose();
        _pool.Dispose();
    }

    private ulong Table(int index) => _physical + ((ulong)index * PageSize);

    // Behind roots, contexts, the first level, and the second one of the first GiB.
    private static int LastLevel(ulong page) => 4 + (int)(page / HugePage);

    private void WriteTables()
    {
        Write(0, 0, Table(1) | Present);
        for (int function = 0; function < PageSize / 16; function++)
        {
            Write(1, function * 2, Table(2) | Present);
            Write(1, (function * 2) + 1, ThreeLevels | FirstDomain);
        }

        Write(2, 0, Table(3) | ReadWrite);
        for (int table = 0; table < TablesOf(_ramBytes) - 4; table++) Write(3, table, Table(4 + table) | ReadWrite);
    }

    private void Start()
    {
        _client.Post("writel"u8, RootTable, (uint)_physical);
        _client.Post("writel"u8, RootTable + 4, (uint)(_physical >> 32));
        Ask(GlobalCommand, SetRootTable, 0, SetRootTable, GlobalStatus);
        Ask(ContextCommand + 4, Invalidate | GlobalContexts, Invalidate, 0);
        Ask(TranslationInvalidate + 4, Invalidate | GlobalTranslations, Invalidate, 0);
        Ask(GlobalCommand, EnableTranslation, 0, EnableTranslation, GlobalStatus);
    }

    /// <summary>Gives a command and waits until it is done: bits of a register are cleared, or set.</summary>
    private void Ask(ulong register, uint command, uint cleared, uint set, ulong? status = null)
    {
        _client.Write("writel"u8, register, command);
        SpinWait.SpinUntil(() =>
        {
            uint value = (uint)_client.Read("readl"u8, status ?? register);
            return (value & cleared) == 0 && (value & set) == set;
        }, TimeSpan.FromSeconds(1));
    }

    private IEnumerable<ulong> PagesOf(PhysicalAddress start, nuint length)
    {
        if (length == 0) yield break;
        ulong last = (start.Value + length - 1) & ~PageMask;
        for (ulong page = start.Value & ~PageMask; page <= last && page < _ramBytes; page += PageSize) yield return page;
    }

    private void Write(int table, int entry, ulong value) =>
        BinaryPrimitives.WriteUInt64LittleEndian(_tables.AsSpan((table * (long)PageSize) + (entry * 8), 8), value);
}
