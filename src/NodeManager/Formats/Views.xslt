<?xml version="1.0" encoding="utf-8"?>
<!--
  Makes one file of those that Formats.xml names. Lets every cell of every view pass through CellText, so that no view can forget to escape what others wrote. Conditions show nothing
  and stay as they are.
-->
<xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform">
  <xsl:output method="xml" encoding="utf-8" />
  <xsl:strip-space elements="*" />
  <xsl:preserve-space elements="ScriptBlock Text" />

  <xsl:template match="/Formats">
    <Configuration>
      <xsl:apply-templates select="document(File)/Configuration/DefaultSettings" />
      <ViewDefinitions>
        <xsl:for-each select="File">
          <xsl:apply-templates select="document(.)/Configuration/ViewDefinitions/*" />
        </xsl:for-each>
      </ViewDefinitions>
    </Configuration>
  </xsl:template>

  <xsl:template match="@* | node()">
    <xsl:copy>
      <xsl:apply-templates select="@* | node()" />
    </xsl:copy>
  </xsl:template>

  <xsl:template match="comment()" />

  <!-- Several tables of one type: TableViews has the columns, Table the name and the columns of a view. -->
  <xsl:template match="TableViews">
    <xsl:for-each select="Table">
      <xsl:variable name="columns" select="../Column[contains(concat(' ', @Views, ' '), concat(' ', current()/@Columns, ' '))]" />
      <View>
        <Name><xsl:value-of select="@Name" /></Name>
        <ViewSelectedBy><TypeName><xsl:value-of select="@TypeName" /></TypeName></ViewSelectedBy>
        <xsl:apply-templates select="../GroupBy" />
        <TableControl>
          <AutoSize />
          <TableHeaders>
            <xsl:for-each select="$columns">
              <TableColumnHeader>
                <Label><xsl:value-of select="@Label" /></Label>
                <xsl:if test="@Alignment"><Alignment><xsl:value-of select="@Alignment" /></Alignment></xsl:if>
              </TableColumnHeader>
            </xsl:for-each>
          </TableHeaders>
          <TableRowEntries>
            <TableRowEntry>
              <TableColumnItems>
                <xsl:for-each select="$columns">
                  <TableColumnItem><xsl:apply-templates select="*" /></TableColumnItem>
                </xsl:for-each>
              </TableColumnItems>
            </TableRowEntry>
          </TableRowEntries>
        </TableControl>
      </View>
    </xsl:for-each>
  </xsl:template>

  <!-- What a column of a table shows. -->
  <xsl:template match="Cell">
    <xsl:apply-templates select="ancestor::ViewDefinitions/TableViews/Column[@Views = current()/@Views and @Label = current()/@Label]/*" />
  </xsl:template>

  <xsl:template match="PropertyName[not(ancestor::ItemSelectionCondition)]">
    <xsl:if test="parent::GroupBy and not(../Label)">
      <Label><xsl:value-of select="." /></Label>
    </xsl:if>
    <ScriptBlock>[NodeManager.Formats.CellText]::Of($_.<xsl:value-of select="." />)</ScriptBlock>
  </xsl:template>

  <xsl:template match="ScriptBlock[not(ancestor::ItemSelectionCondition)]">
    <ScriptBlock>$PSStyle = [NodeManager.Formats.CellText]::Style; [NodeManager.Formats.CellText]::Of($(<xsl:value-of select="." />))</ScriptBlock>
  </xsl:template>

  <xsl:template match="CustomItem//ScriptBlock[not(ancestor::ItemSelectionCondition)]" priority="1">
    <ScriptBlock>$PSStyle = [NodeManager.Formats.CellText]::Style; [NodeManager.Formats.CellText]::Wrapped($(<xsl:value-of select="." />), $Host)</ScriptBlock>
  </xsl:template>
</xsl:stylesheet>
