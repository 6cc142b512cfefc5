namespace Nonpaged.Ndis;

/// <summary>
/// Which spin locks each thread holds, and which were ever taken while another was held: a cycle among these is a deadlock that
/// may have been missed by luck. Thread-safe.
/// </summary>
internal sealed class LockOrder
{
    [ThreadStatic]
    private static List<HeldLock>? t_held;

    private readonly Lock _gate = new();

    // From a lock to those that were taken while it was held, and where.
    private readonly Dictionary<nint, Dictionary<nint, IReadOnlyList<CodePlace>>> _after = [];

    /// <summary>How many the calling thread holds.</summary>
    public static int Held => t_held?.Count ?? 0;

    /// <summary>
    /// The calling thread wants a lock. Null where that is in order; otherwise where the opposite order was seen, and the lock.
    /// </summary>
    public (nint Other, IReadOnlyList<CodePlace> Stack)? OnTake(nint address, IReadOnlyList<CodePlace> stack)
    {
        if (t_held is not { Count: > 0 } held) return null;
        lock (_gate)
        {
            foreach (HeldLock outer in held)
            {
                if (!_after.TryGetValue(outer.Address, out Dictionary<nint, IReadOnlyList<CodePlace>>? inner))
                    _after[outer.Address] = inner = [];
                if (!inner.TryAdd(address, stack)) continue;
                if (FindWay(address, outer.Address, []) is { } opposite) return (outer.Address, opposite);
            }
        }

        return null;
    }

    /// <summary>The calling thread has it.</summary>
    public static void OnTaken(nint address, string call, IReadOnlyList<CodePlace> stack) =>
        (t_held ??= []).Add(new HeldLock(address, call, stack));

    /// <summary>The calling thread has given it back.</summary>
    public static void OnGiven(nint address)
    {
        int index = t_held?.FindLastIndex(one => one.Address == address) ?? -1;
        if (index >= 0) t_held!.RemoveAt(index);
    }

    /// <summary>The memory of a lock is used for something else from here on.</summary>
    public void Forget(nint address)
    {
        lock (_gate)
        {
            _after.Remove(address);
            foreach (Dictionary<nint, IReadOnlyList<CodePlace>> inner in _after.Values) inner.Remove(address);
        }
    }

    /// <summary>Those that the calling thread holds beyond so many, which it is not asked for again.</summary>
    public static HeldLock[] TakeAbove(int count)
    {
        if (t_held is not { } held || held.Count <= count) return [];
        HeldLock[] above = [.. held[count..]];
        held.RemoveRange(count, above.Length);
        return above;
    }

    /// <summary>Where the first step of a way from a lock to another was taken; null where there is none.</summary>
    private IReadOnlyList<CodePlace>? FindWay(nint from, nint to, HashSet<nint> seen)
    {
        if (!seen.Add(from) || !_after.TryGetValue(from, out Dictionary<nint, IReadOnlyList<CodePlace>>? inner)) return null;
        if (inner.TryGetValue(to, out IReadOnlyList<CodePlace>? stack)) return stack;
        return inner.FirstOrDefault(one => FindWay(one.Key, to, seen) is not null).Value;
    }
}
