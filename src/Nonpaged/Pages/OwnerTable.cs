using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;

namespace Nonpaged;

/// <summary>
/// Numbers for the objects that the page map names: blocks, spans, free ranges and extents. Places are used again.
/// </summary>
internal sealed class OwnerTable
{
    private readonly List<object?> _objects = [null];
    private readonly Stack<int> _vacant = [];

    public int Add(object owner)
    {
        if (_vacant.TryPop(out int place))
        {
            _objects[place] = owner;
            return place;
        }

        _objects.Add(owner);
        return _objects.Count - 1;
    }

    public void Replace(int place, object owner) => _objects[place] = owner;

    public void Remove(int place)
    {
        _objects[place] = null;
        _vacant.Push(place);
    }

    // Inlined, so that the compiler knows the type, and compares it without a call.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool TryGet<T>(int place, [NotNullWhen(true)] out T? owner)
        where T : class
    {
        int index = Math.Abs(place);
        owner = index < _objects.Count ? _objects[index] as T : null;
        return owner is not null;
    }

    public void Clear()
    {
        _objects.RemoveRange(1, _objects.Count - 1);
        _vacant.Clear();
    }

    public IEnumerable<T> OfType<T>() => _objects.OfType<T>();
}
