using System.Collections.Concurrent;
using Nonpaged.Machines;

namespace Nonpaged.Ndis;

/// <summary>
/// The virtual addresses that NdisMMapIoSpace gives out. A machine's registers are not memory of this process, so an address is a
/// token: 16 bits that make it non-canonical on x86-64 with 4 and with 5 levels of page tables (bits 63 to 47 or 56 differ from
/// each other), so that a dereference can never read anything, 16 bits that say which mapping, and a 32-bit offset. A dereference
/// faults without an address, which managed code sees as a NullReferenceException. Thread-safe.
/// </summary>
internal sealed class IoSpaceMap
{
    private const nuint Mark = 0x4E44;
    private readonly ConcurrentDictionary<uint, IoSpace> _spaces = new();
    private uint _last;

    public IoSpace? Add(Adapter adapter, RegisterWindow window)
    {
        uint id = Interlocked.Increment(ref _last);
        if (id > ushort.MaxValue) return null;
        var space = new IoSpace(adapter, window, (Mark << 48) | ((nuint)id << 32));
        _spaces[id] = space;
        return space;
    }

    public IoSpace? Find(nuint address, out uint offset)
    {
        offset = (uint)address;
        return address >> 48 == Mark && _spaces.TryGetValue((ushort)(address >> 32), out IoSpace? space) ? space : null;
    }

    public bool Remove(IoSpace space) => _spaces.TryRemove((ushort)(space.Address >> 32), out _);

    public IEnumerable<IoSpace> Of(Adapter adapter) => _spaces.Values.Where(space => space.Adapter == adapter);
}
