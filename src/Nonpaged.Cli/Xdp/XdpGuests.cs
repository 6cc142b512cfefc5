using System.Buffers.Binary;
using System.Net.Sockets;
using Nonpaged.Xdp;

namespace Nonpaged.Cli;

/// <summary>Those who connect: each gets its socket adopted, or is told why not, and does not keep the others waiting.</summary>
internal sealed class XdpGuests(XdpProgram program, Socket listener, Action<XdpServeDocument> show)
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan s_pause = TimeSpan.FromSeconds(1);

    private readonly List<Task> _all = [];

    /// <summary>Until it is cancelled; then all have ended.</summary>
    public async Task WelcomeAsync(CancellationToken token)
    {
        while (!token.IsCancellationRequested)
        {
            try
            {
                Socket guest = await listener.AcceptAsync(token);
                _all.RemoveAll(task => task.IsCompleted);
                _all.Add(AnswerAsync(guest, token));
            }
            catch (OperationCanceledException)
            {
                break;
            }
            catch (SocketException exception)
            {
                // No descriptor is left, say: those that are open end some time.
                show(new XdpServeDocument("refused") { Reason = exception.Message });
                await Task.WhenAny(Task.Delay(s_pause, token));
            }
        }

        await Task.WhenAll(_all);
    }

    private async Task AnswerAsync(Socket guest, CancellationToken token)
    {
        int? process = ProcessOf(guest);
        using (guest)
        using (var limit = CancellationTokenSource.CreateLinkedTokenSource(token))
        {
            limit.CancelAfter(s_patience);
            // Whatever of it still waits then ends.
            using CancellationTokenRegistration closing = limit.Token.Register(guest.Dispose);
            try
            {
                // Without a byte it waits until there is one, and holds no thread meanwhile.
                await guest.ReceiveAsync(Memory<byte>.Empty, SocketFlags.None, limit.Token);
                int queue = await Task.Run(() => program.Adopt(guest), CancellationToken.None);
                show(new XdpServeDocument("adopted") { Queue = queue, Process = process });
            }
            catch (Exception exception) when (
                exception is IOException or SocketException or OperationCanceledException or ObjectDisposedException)
            {
                if (token.IsCancellationRequested) return;
                string reason = limit.IsCancellationRequested
                    ? $"It sent nothing for {s_patience.TotalSeconds:0} s."
                    : ReasonOf(exception);
                show(new XdpServeDocument("refused") { Process = process, Reason = reason });
            }
        }
    }

    private static string ReasonOf(Exception exception) =>
        exception is XdpException refused ? refused.Failure.Reason : exception.Message;

    // SO_PEERCRED of SOL_SOCKET (unix(7)): struct ucred starts with the process. 0 is one of another namespace.
    private static int? ProcessOf(Socket guest)
    {
        const int socketLevel = 1, peerCredentials = 17;
        Span<byte> credentials = stackalloc byte[12];
        try
        {
            guest.GetRawSocketOption(socketLevel, peerCredentials, credentials);
            int process = BinaryPrimitives.ReadInt32LittleEndian(credentials);
            return process > 0 ? process : null;
        }
        catch (SocketException)
        {
            return null;
        }
    }
}
