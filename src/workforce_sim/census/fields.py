"""What a census may say about an employee, and by which names its columns are recognized."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache, cached_property
from typing import Literal

from workforce_sim.census.headers import plain
from workforce_sim.census.periods import by_period

Kind = Literal["id", "date", "number", "rate", "name", "word", "flag", "full_time"]


@dataclass(frozen=True)
class Field:
    """One thing a census may say about an employee.

    Attributes:
        name: what ``census.columns`` calls it.
        column: column of the rows that are read: one of ``tables.CENSUS``, or one that such a column is made from.
        kind: how it is read.
        about: what it is, for the page of fields.
        names: other names it is recognized by, words apart.
        vague: names it is recognized by where no column has one of the others.
        by_period: whether it is also recognized as pay of a period, such as ``monthly_salary``.
        places: decimals kept of a number: ``column`` holds units of 10^-places.
        required: whether a census must have it.
    """

    name: str
    column: str
    kind: Kind
    about: str
    names: str = ""
    vague: str = ""
    by_period: bool = False
    places: int = 0
    required: bool = False

    @property
    def written(self) -> list[str]:
        """The names it is recognized by, as people write them, but for those of pay of a period."""
        return [name.replace("_", " ") for name in (*self.names.split(), *self.vague.split())]

    @cached_property
    def ranks(self) -> dict[str, int]:
        """Every name it goes by, normalized, and how good a name it is: 0 is its own."""
        vague = f"{self.vague} {by_period()}" if self.by_period else self.vague
        every = {plain(name): 2 for name in vague.split()} | {plain(name): 1 for name in self.names.split()}
        return every | {plain(name): 0 for name in (self.name, self.column)}


FIELDS = (
    Field(
        "employee_id",
        "employee_id",
        "id",
        "identifier, one per employee",
        "id employee employee_number employee_no employee_num employee_code emp emp_id emp_no emp_num emp_number "
        "emp_code emplid ee_id ee_no ee_num ee_number ee eeid person_id person_number person_no personnel_id "
        "personnel_number personnel_no personnel worker_id worker_number worker staff_id staff_no staff_number "
        "associate_id associate_number participant_id participant_number payroll_id payroll_number payroll_no "
        "file_number file_no badge_number badge_no clock_number member_id member_number emp_key employee_key "
        "unique_id eid",
        vague="participant member associate person key",
        required=True,
    ),
    Field(
        "hire_date",
        "hire_date",
        "date",
        "first day of employment",
        "hired hired_date date_hired date_of_hire hire_dt doh hiredate hire hired_on employment_date "
        "employment_start_date employment_start employment_begin_date date_of_employment start_date date_started "
        "date_joined join_date joining_date date_of_joining joined doj agency_start_date current_hire_date "
        "latest_hire_date most_recent_hire_date last_hire_date hire_date_current company_start_date "
        "position_start_date date_employed employed_since begin_date entry_date_of_employment",
        vague="start begin from",
        required=True,
    ),
    Field(
        "annual_salary",
        "salary_cents",
        "number",
        "pay; for a year unless its name or a column says otherwise",
        "salary gross_salary base_salary annual_base_salary current_salary base_pay annual_pay annual_base_pay "
        "annual_rate annual_compensation gross_compensation compensation base_compensation salary_usd "
        "annual_salary_usd base_salary_usd comp annual_comp annual_earnings annual_wages annual_wage annual_income "
        "yearly_salary yearly_pay yearly_rate annualized_salary annualized_pay annual_rate_of_pay annual_rt "
        "current_annual_salary plan_compensation plan_comp eligible_compensation eligible_comp plan_year_compensation "
        "total_compensation w2_compensation salary_per_year pay_per_year contract_salary full_time_salary",
        vague="pay gross_pay total_salary total_pay pay_rate rate_of_pay rate wage wages wage_rate salary_rate "
        "base_rate base_wage gross_wages gross_earnings earnings income regular_pay salary_amount pay_amount "
        "gross total_earnings current_pay",
        by_period=True,
        places=2,
        required=True,
    ),
    Field(
        "birth_date",
        "birth_date",
        "date",
        "date of birth",
        "dob date_of_birth birthday birth_dt born birthdate birth date_birth",
    ),
    Field(
        "level",
        "level",
        "name",
        "job level",
        "job_level level_name career_level grade job_grade pay_grade salary_grade pay_band band salary_band "
        "job_band position_level seniority_level employee_level job_class_level grade_level",
    ),
    Field(
        "department",
        "department",
        "name",
        "department",
        "dept department_name dept_name agency agency_name",
        vague="division division_name business_unit org_unit organization_unit cost_center",
    ),
    Field(
        "full_time_share",
        "full_time_ppm",
        "rate",
        "hours as a share of full-time",
        "fte full_time_equivalent fte_share fte_fraction fte_percent fte_pct percent_full_time full_time_percent "
        "work_percentage employment_percentage",
        places=6,
    ),
    Field(
        "deferral_rate",
        "deferral_bp",
        "rate",
        "deferral rate; pre-tax where there is a Roth column too",
        "deferral deferral_pct deferral_percent deferral_percentage elective_deferral_rate contribution_rate "
        "contribution_pct contribution_percent elective_deferral_pct elective_deferral_percent deferral_election "
        "deferral_election_pct pretax_rate pretax_pct pretax_percent pretax_deferral_rate pretax_deferral_pct "
        "pre_tax_deferral_percent 401k_rate 401k_pct 401k_percent 401k_deferral_rate 401k_deferral_pct "
        "401k_deferral_percent contribution_percentage deferral_elected current_deferral_rate current_deferral_pct "
        "employee_contribution_rate def def_rate def_pct def_percent",
        vague="401k_deferral 401k elective_deferral pretax pre_tax before_tax pretax_election pre_tax_election "
        "traditional traditional_rate traditional_pct",
        places=4,
    ),
    Field("opted_out", "opted_out", "flag", "declined automatic enrollment", "opt_out is_opted_out opted_out_flag"),
    Field(
        "excluded",
        "excluded",
        "flag",
        "excluded from the plan",
        "plan_excluded excluded_from_plan is_excluded excluded_class excluded_flag",
    ),
    Field(
        "owner_share",
        "owner_share_ppm",
        "rate",
        "share of the employer owned",
        "ownership ownership_share ownership_pct ownership_percent ownership_percentage percent_owned pct_owned "
        "owner_pct owner_percent percent_ownership 5_owner 5_percent_owner 5pct_owner five_percent_owner owner "
        "more_than_5_owner owner_flag is_owner greater_than_5_owner over_5_owner",
        places=6,
    ),
    Field(
        "officer",
        "officer",
        "flag",
        "an officer of the employer",
        "is_officer officer_flag officer_indicator officer_ind officer_yn officer_status corporate_officer",
    ),
    Field(
        "prior_year_pay",
        "prior_year_pay_cents",
        "number",
        "pay of the year before the opening",
        "prior_year_compensation prior_year_comp last_year_pay prior_year_wages prior_year_salary prior_comp "
        "prior_year_w2 previous_year_pay look_back_compensation lookback_comp",
        places=2,
    ),
    Field(
        "match_balance",
        "match_balance_cents",
        "number",
        "match balance",
        "employer_match_balance er_match_balance matching_balance company_match_balance match_account_balance",
        places=2,
    ),
    Field(
        "nonelective_balance",
        "nonelective_balance_cents",
        "number",
        "nonelective balance",
        "employer_nonelective_balance er_nonelective_balance safe_harbor_balance",
        places=2,
    ),
    Field(
        "profit_sharing_balance",
        "profit_sharing_balance_cents",
        "number",
        "profit sharing balance",
        "ps_balance er_profit_sharing_balance employer_profit_sharing_balance profit_sharing_account_balance",
        places=2,
    ),
    Field(
        "discretionary_match_balance",
        "discretionary_match_balance_cents",
        "number",
        "discretionary match balance",
        "employer_discretionary_match_balance er_discretionary_match_balance discretionary_matching_balance",
        places=2,
    ),
    Field(
        "deferral_balance",
        "deferral_balance_cents",
        "number",
        "deferral balance",
        "elective_deferral_balance employee_balance ee_balance employee_deferral_balance ee_deferral_balance "
        "pretax_balance pre_tax_balance deferral_account_balance",
        places=2,
    ),
    Field(
        "union",
        "union",
        "flag",
        "represented by a union in collective bargaining",
        "union_member is_union union_flag union_employee collectively_bargained bargained cba",
    ),
    Field(
        "nonresident", "nonresident", "flag", "nonresident alien without US income", "nonresident_alien nra nra_flag"
    ),
    Field(
        "termination_date",
        "termination_date",
        "date",
        "last day of employment",
        "dol ldw last_date_worked "
        "term_date term_dt date_of_termination separation_date exit_date leaving_date last_day_worked dot dos "
        "date_of_separation termination_dt terminated_on terminated_date date_terminated termdate end_date "
        "employment_end_date employment_end date_of_exit leave_date leaving date_left last_working_day last_day "
        "severance_date severance_from_employment_date date_of_severance separated_on sep_date date_separated "
        "exit_dt quit_date date_of_leaving departure_date date_of_departure retirement_date date_of_death "
        "date_of_term resignation_date release_date left_on termination",
    ),
    Field(
        "active",
        "active",
        "flag",
        "whether the employee is employed",
        "is_active active_flag active_yn active_indicator active_ind active_employee currently_employed employed "
        "is_employed",
    ),
    Field(
        "status",
        "status",
        "word",
        "active, on leave, terminated, retired or similar",
        "employment_status emp_status empl_status ee_status employee_status status_code emp_status_code "
        "employment_status_code employee_status_code job_status work_status active_status hr_status status_description "
        "emp_status_desc participant_status worker_status leave_status payroll_status status_cd empl_status_cd "
        "current_status personnel_status leave_status_as_of_june_30 status_flag termination_status",
    ),
    Field(
        "original_hire_date",
        "original_hire_date",
        "date",
        "first of several hire dates",
        "original_hire_dt orig_hire_date orig_hire_dt original_doh original_date_of_hire first_hire_date "
        "date_of_original_hire hire_date_original initial_hire_date first_hired original_hire orig_doh",
    ),
    Field(
        "service_date",
        "service_date",
        "date",
        "date that service is counted from, adjusted for breaks",
        "adjusted_service_date adj_service_date adjusted_hire_date adj_hire_date continuous_service_date "
        "seniority_date benefit_service_date vesting_service_date company_service_date adjusted_doh "
        "adjusted_date_of_hire service_start_date length_of_service_date",
    ),
    Field(
        "rehire_date",
        "rehire_date",
        "date",
        "last of several hire dates",
        "date_of_rehire rehired rehire_dt rehired_date dor date_rehired re_hire_date rehired_on "
        "most_recent_rehire_date last_rehire_date reinstatement_date",
    ),
    Field(
        "hourly_rate",
        "hourly_cents",
        "number",
        "hourly pay, where there is no annual pay",
        "hourly_pay hourly_wage hourly_pay_rate hourly_rate_of_pay hourly_base_rate base_hourly_rate rate_per_hour "
        "pay_per_hour hourly hourly_salary hourly_compensation hourly_base_pay hr_rate hrly_rate wage_per_hour "
        "hourly_earnings hourly_wage_rate hourly_rt",
        places=4,
    ),
    Field(
        "pay_basis",
        "pay_basis",
        "word",
        "pay period of the amounts: annual, monthly, hourly",
        "pay_type rate_type salary_basis salary_or_hourly pay_basis_code basis pay_unit rate_basis comp_basis "
        "compensation_basis salary_type wage_type pay_rate_type hourly_or_salary hourly_salary_flag pay_period_type "
        "comp_frequency compensation_frequency rate_frequency salaried_or_hourly hourly_salaried salary_unit pay_per "
        "pay_class unit_of_pay per salary_hourly comp_rate_code pay_rate_basis wage_basis rate_per "
        "sal_hrly salhrly hrly_sal sal_hourly hourly_sal pay_code basis_of_pay hourly_annual",
    ),
    Field(
        "pay_frequency",
        "pay_frequency",
        "word",
        "pay frequency",
        "payroll_frequency pay_freq pay_cycle pay_schedule frequency payroll_cycle pay_period paid "
        "frequency_of_pay paid_frequency",
    ),
    Field(
        "scheduled_hours",
        "scheduled_hours_e2",
        "number",
        "hours scheduled in a week, two weeks, a month or a year",
        "standard_hours std_hours weekly_hours hours_per_week scheduled_weekly_hours typical_hours sched_hours "
        "work_hours hours_scheduled standard_weekly_hours hours_week annual_hours hours_per_year std_hrs "
        "scheduled_annual_hours scheduled_hrs regular_scheduled_hours hrs_per_week weekly_hrs default_hours",
        places=2,
    ),
    Field(
        "full_time",
        "is_full_time",
        "full_time",
        "full-time or part-time in words",
        "full_or_part_time full_part_time ft_pt fulltime ft_pt_status f_p full_time_part_time full_part_time_status "
        "time_type full_time_status employment_type worker_type full_time_flag full_time_or_part_time fullparttime "
        "part_time_full_time fulltime_parttime ft_or_pt part_time_status time_status is_full_time",
    ),
    Field(
        "roth_rate",
        "roth_bp",
        "rate",
        "Roth deferral rate; added to the deferral rate",
        "roth_pct roth_percent roth_deferral_rate roth_deferral_pct roth_deferral_percent roth_percentage "
        "roth_contribution_rate roth_contribution_pct roth_contribution_percent roth_election roth roth_401k_rate "
        "roth_401k_pct roth_deferral",
        places=4,
    ),
    Field(
        "deferral_amount",
        "deferral_cents",
        "number",
        "annual deferrals in dollars; the rate is computed from them and pay",
        "deferral_dollars deferrals elective_deferrals deferral_amt elective_deferral_amount ytd_deferrals "
        "deferrals_ytd annual_deferral annual_deferrals pre_tax_contribution pretax_contribution "
        "pretax_deferrals pre_tax_deferrals pretax_deferral_amount pre_tax_deferral_amount 401k_deferrals "
        "401k_deferral_amount 401k_contributions 401k_contribution pretax_contributions pre_tax_contributions "
        "salary_deferrals salary_deferral ytd_401k employee_deferrals ee_deferrals ee_deferral pretax_deferral "
        "pre_tax_deferral employee_deferral_amount contribution_amount pretax_amount",
        vague="employee_contributions ee_contributions employee_contribution",
        places=2,
    ),
    Field(
        "roth_amount",
        "roth_cents",
        "number",
        "annual Roth deferrals in dollars; added to the others",
        "roth_dollars roth_deferrals roth_contributions roth_amt roth_deferral_amount roth_contribution_amount "
        "ytd_roth roth_ytd roth_contribution annual_roth",
        places=2,
    ),
    Field(
        "as_of",
        "as_of",
        "word",
        "year or date of the row, where an employee has several",
        "as_of_date year fiscal_year plan_year calendar_year fy snapshot_date snapshot_year record_year "
        "effective_date census_date data_year report_year period_end pay_year reporting_year",
    ),
)
BY_NAME = {field.name: field for field in FIELDS}

REDUCED = {"deferral_rate": "deferral_amount", "roth_rate": "roth_amount"}
"""Rates, and what holds the same in dollars."""


@cache
def recognised() -> dict[str, tuple[str, int]]:
    """Return the field that each name is recognized for, and how good a name for it it is."""
    found: dict[str, tuple[str, int]] = {}
    for field in FIELDS:
        for name, rank in field.ranks.items():
            found.setdefault(name, (field.name, rank))
    return found
