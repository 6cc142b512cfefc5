using System.Net.Sockets;

namespace SharedRing;

/// <summary>Waits for the other process, and notices its end.</summary>
internal static class Peer
{
    // A look at the socket is a system call.
    private const int TurnsBetweenLooks = 256;

    /// <summary>Waits for a moment.</summary>
    /// <param name="wait">Of this wait: new when it begins.</param>
    /// <param name="socket">To the other process, which sends nothing while there are messages. So there is something to be read
    /// only when the kernel has closed the other end, as it does however a process ends.</param>
    /// <exception cref="EndOfStreamException">The other process has ended.</exception>
    public static void Wait(ref SpinWait wait, Socket socket)
    {
        // Spins at first, then lets others have the processor. Never sleeps: a message takes nanoseconds.
        wait.SpinOnce(sleep1Threshold: -1);
        if (wait.Count % TurnsBetweenLooks == 0 && socket.Poll(TimeSpan.Zero, SelectMode.SelectRead)) throw Ended();
    }

    public static EndOfStreamException Ended() => new("The other process has ended.");
}
