namespace NodeManager.Server.Access;

/// <summary>Marks a route for admins that plans a change, ends work or denies it.</summary>
internal sealed class ChangesNothing;

/// <summary>Marks a route that changes nothing with <c>dry_run=true</c>.</summary>
internal sealed class TakesDryRun;
