using Microsoft.Win32.SafeHandles;

namespace Nonpaged.Machines.Vfio;

/// <summary>What is closed again, the latest first, where an opening in several steps comes to nothing.</summary>
internal sealed class HandleScope : IDisposable
{
    private readonly Stack<SafeFileHandle> _handles = [];

    public void Add(SafeFileHandle handle) => _handles.Push(handle);

    /// <summary>They have an owner.</summary>
    public void Keep() => _handles.Clear();

    public void Dispose()
    {
        while (_handles.TryPop(out SafeFileHandle? handle)) handle.Dispose();
    }
}
