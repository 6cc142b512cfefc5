using Microsoft.Win32.SafeHandles;

namespace Nonpaged;

/// <summary>
/// Sees that a ring's pins outlive this process for as long as a device may write to what they hold; until the result is
/// disposed.
/// </summary>
/// <param name="ring">The ring of io_uring whose registered buffers are the pins.</param>
/// <param name="failure">Why that is not possible, where the result is null.</param>
internal delegate IDisposable? PinHolding(SafeFileHandle ring, out AllocationFailure? failure);
