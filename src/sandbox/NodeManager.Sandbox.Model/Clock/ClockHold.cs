namespace NodeManager.Sandbox.Model.Clock;

/// <summary>Work that is to be done before time continues. Disposing it says that it is done.</summary>
internal sealed class ClockHold(ClusterClock clock) : ClockEntry, IDisposable
{
    /// <summary>The work is now that of a later moment.</summary>
    public void MoveTo(DateTimeOffset moment) => clock.Move(this, moment);

    public void Dispose() => clock.Remove(this);
}
