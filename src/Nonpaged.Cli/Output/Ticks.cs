namespace Nonpaged.Cli;

/// <summary>Waits of views that show something again and again.</summary>
internal static class Ticks
{
    /// <summary>Waits for the next tick; false where the token is cancelled before.</summary>
    public static async Task<bool> WaitAsync(PeriodicTimer timer, CancellationToken token)
    {
        try
        {
            return await timer.WaitForNextTickAsync(token);
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }
}
