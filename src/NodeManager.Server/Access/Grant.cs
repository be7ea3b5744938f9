namespace NodeManager.Server.Access;

/// <summary>The access of a token or browser session until it is revoked or expires.</summary>
/// <param name="level">See <see cref="AccessLevel"/>.</param>
/// <param name="lifetime">Infinite for no expiration.</param>
internal sealed class Grant(string level, TimeSpan lifetime, TimeProvider time) : IDisposable
{
    private readonly CancellationTokenSource _ended = new(lifetime, time);

    public string Level { get; } = level;

    /// <summary>Cancelled at its end, which also ends streams.</summary>
    public CancellationToken Ended => _ended.Token;

    public void End() => _ended.Cancel();

    public void Dispose() => _ended.Dispose();
}
