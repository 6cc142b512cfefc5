using Microsoft.Win32.SafeHandles;

namespace Nonpaged.Machines;

/// <summary>
/// Handles that the end of a scope closes, the latest first: all of them where an opening in several steps fails halfway.
/// </summary>
internal sealed class HandleScope : IDisposable
{
    private readonly Stack<SafeFileHandle> _handles = [];

    /// <summary>Returns the handle that was added.</summary>
    public SafeFileHandle Add(SafeFileHandle handle)
    {
        _handles.Push(handle);
        return handle;
    }

    /// <summary>They have an owner.</summary>
    public void Keep() => _handles.Clear();

    public void Dispose()
    {
        while (_handles.TryPop(out SafeFileHandle? handle)) handle.Dispose();
    }
}
