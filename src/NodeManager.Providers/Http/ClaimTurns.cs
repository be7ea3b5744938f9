namespace NodeManager.Providers.Http;

/// <summary>Serializes calls per claim.</summary>
internal sealed class ClaimTurns
{
    private readonly Dictionary<string, Turn> _turns = new(StringComparer.Ordinal);

    /// <summary>Waits for the claim; disposing the result releases it.</summary>
    public async Task<IDisposable> EnterAsync(string claimUid, CancellationToken cancellationToken)
    {
        Turn? turn;
        lock (_turns)
        {
            if (!_turns.TryGetValue(claimUid, out turn))
                _turns[claimUid] = turn = new(this, claimUid);
            turn.Users++;
        }

        try
        {
            await turn.Gate.WaitAsync(cancellationToken);
            return turn;
        }
        catch
        {
            Leave(turn);
            throw;
        }
    }

    private void Leave(Turn turn)
    {
        lock (_turns)
        {
            if (--turn.Users == 0)
                _turns.Remove(turn.Claim);
        }
    }

    private sealed class Turn(ClaimTurns turns, string claim) : IDisposable
    {
        public string Claim => claim;

        public SemaphoreSlim Gate { get; } = new(1, 1);

        public int Users { get; set; }

        public void Dispose()
        {
            Gate.Release();
            turns.Leave(this);
        }
    }
}
