/** Rules that leave some out and change the others. */
export const noContractors = `version: 1
rules:
  - name: Own - no contractors
    objectType: user
    precedence: 10
    scope: [[{ attribute: employeeType, operator: equals, value: contractor }]]
    exclude: { reason: Contractors have accounts of their own. }
  - name: Own - department
    objectType: user
    precedence: 20
    flows:
      - { target: department, expression: 'UCase([department])' }
`
