namespace NodeManager.Server.Access;

/// <summary>Marks a route for admins that changes nothing in the cluster: it plans, ends or denies work.</summary>
internal sealed class ChangesNothing;

/// <summary>Marks a route that changes nothing with <c>dry_run=true</c>.</summary>
internal sealed class TakesDryRun;
