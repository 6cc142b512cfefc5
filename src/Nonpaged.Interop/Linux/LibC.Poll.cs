using Microsoft.Win32.SafeHandles;

namespace Nonpaged.Interop;

internal static unsafe partial class LibC
{
    public const short POLLHUP = 0x0010;

    /// <summary>
    /// Waits until one of two descriptors can be read, or has ended (poll(2)). 0 where the time was over before.
    /// </summary>
    /// <param name="first">A descriptor.</param>
    /// <param name="second">Another one.</param>
    /// <param name="milliseconds">How long at most; -1 for as long as it takes.</param>
    /// <param name="firstEvents">POLLIN and the like of the first; 0 for none.</param>
    /// <param name="secondEvents">The same of the second.</param>
    public static SysResult PollForReading(
        SafeFileHandle first, SafeFileHandle second, int milliseconds, out short firstEvents, out short secondEvents)
    {
        bool holdsFirst = false, holdsSecond = false;
        try
        {
            first.DangerousAddRef(ref holdsFirst);
            second.DangerousAddRef(ref holdsSecond);
            Span<PollDescriptor> both =
            [
                new() { Descriptor = (int)first.DangerousGetHandle(), Events = POLLIN },
                new() { Descriptor = (int)second.DangerousGetHandle(), Events = POLLIN },
            ];
            SysResult result = Poll(both, milliseconds);
            (firstEvents, secondEvents) = (both[0].Returned, both[1].Returned);
            return result;
        }
        finally
        {
            if (holdsFirst) first.DangerousRelease();
            if (holdsSecond) second.DangerousRelease();
        }
    }

    /// <summary>Waits until a descriptor can be read, or has ended (poll(2)). 0 where the time was over before.</summary>
    /// <param name="descriptor">The descriptor.</param>
    /// <param name="milliseconds">How long at most; -1 for as long as it takes.</param>
    public static SysResult PollForReading(SafeFileHandle descriptor, int milliseconds)
    {
        bool holds = false;
        try
        {
            descriptor.DangerousAddRef(ref holds);
            Span<PollDescriptor> one = [new() { Descriptor = (int)descriptor.DangerousGetHandle(), Events = POLLIN }];
            return Poll(one, milliseconds);
        }
        finally
        {
            if (holds) descriptor.DangerousRelease();
        }
    }
}
