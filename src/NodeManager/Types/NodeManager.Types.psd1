# Nested, so that the types are registered after NodeManager.Guard has run: a manifest's own types come first of all.
@{
    ModuleVersion      = '1.0'
    RequiredAssemblies = @('NodeManager.Abstractions.dll')
    TypesToProcess     = @('NodeManager.Types.ps1xml')
    FunctionsToExport  = @()
    CmdletsToExport    = @()
    VariablesToExport  = @()
    AliasesToExport    = @()
}
