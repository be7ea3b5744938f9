namespace NodeManager.Server.Access;

/// <summary>What a token or a browser session allows, until it is revoked or expires.</summary>
/// <param name="level">See <see cref="AccessLevel"/>.</param>
/// <param name="lifetime">After which it ends by itself; infinite: it does not.</param>
/// <param name="time">Measures it.</param>
internal sealed class Grant(string level, TimeSpan lifetime, TimeProvider time) : IDisposable
{
    private readonly CancellationTokenSource _ended = new(lifetime, time);

    public string Level { get; } = level;

    /// <summary>Cancelled when it ends: what streams on its behalf stops then.</summary>
    public CancellationToken Ended => _ended.Token;

    public void End() => _ended.Cancel();

    public void Dispose() => _ended.Dispose();
}
