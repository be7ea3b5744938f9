namespace NodeManager.Sandbox.Model.Clock;

/// <summary>Work that is due before time continues. Disposing it ends the work.</summary>
internal sealed class ClockHold(ClusterClock clock) : ClockEntry, IDisposable
{
    public void MoveTo(DateTimeOffset moment) => clock.Move(this, moment);

    public void Dispose() => clock.Remove(this);
}
