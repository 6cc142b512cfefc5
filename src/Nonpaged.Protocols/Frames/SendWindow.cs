namespace Nonpaged.Protocols;

/// <summary>
/// How many frames may be under way at a time: a sender takes a place for each, and its arrival gives the place back.
/// </summary>
internal sealed class SendWindow : IDisposable
{
    private readonly SemaphoreSlim _places = new(0);

    /// <summary>All places are free, and there are so many.</summary>
    public void Open(int places)
    {
        while (_places.Wait(0, CancellationToken.None))
        {
        }

        _places.Release(places);
    }

    /// <summary>False where none came free in time.</summary>
    public bool Take(TimeSpan patience, CancellationToken cancellationToken) => _places.Wait(patience, cancellationToken);

    public void Give() => _places.Release();

    public void Dispose() => _places.Dispose();
}
