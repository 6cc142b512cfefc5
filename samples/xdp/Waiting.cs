using Nonpaged.Xdp;

namespace Nonpaged.Samples.Xdp;

internal static class Waiting
{
    /// <summary>Waits until frames have arrived; false where the program is to end.</summary>
    public static async ValueTask<bool> HasFramesAsync(this XdpSocket socket, CancellationToken end)
    {
        try
        {
            await socket.WaitAsync(end);
            return true;
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }
}
